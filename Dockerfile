# Build: the virtual environment with locked, hashed dependencies. Run: the same Python, no build tools, no root.
FROM python:3.12-slim AS build
WORKDIR /srv/manyidu
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml setup.py README.md LICENSE alembic.ini ./
COPY app app
COPY migrations migrations
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.12-slim
WORKDIR /srv/manyidu
RUN useradd --system --uid 10001 --create-home manyidu && install -d -o manyidu -m 700 /data
COPY --from=build /srv/manyidu /srv/manyidu
USER manyidu
ENV MANYIDU_DATA=/data MPLCONFIGDIR=/data/.matplotlib PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s \
    CMD ["/srv/manyidu/.venv/bin/manyidu", "healthy"]
ENTRYPOINT ["/srv/manyidu/.venv/bin/manyidu"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
