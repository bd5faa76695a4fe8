"""Which files a wheel holds: the package with everything beside its modules, and the migrations inside it.

In a checkout the migrations lie beside the package; in a wheel they go into it, so that no other name enters
site-packages. ``pyproject.toml`` cannot say both, hence this file; everything else stands there.
"""

from setuptools import find_namespace_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["app", "app.*"], exclude=["*__pycache__*"]),
        "app.migrations",
        "app.migrations.versions",
    ],
    package_dir={"app.migrations": "migrations"},
    package_data={"": ["*"]},
)
