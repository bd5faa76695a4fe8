"""HTTP toolkit shared by both faces: pages, forms, guard, headers, error table."""
