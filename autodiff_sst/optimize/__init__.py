"""What a careful person does by hand, a pass a file."""
