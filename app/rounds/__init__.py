"""One opening of the box: life cycle and frozen paper."""
