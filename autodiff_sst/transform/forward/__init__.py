"""Forward mode: a tangent beside every active value."""
