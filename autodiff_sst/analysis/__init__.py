"""Facts about programs: abstract values, activity."""
