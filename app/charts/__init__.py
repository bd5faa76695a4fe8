"""Pure drawing: figures in, SVG or PNG out."""
