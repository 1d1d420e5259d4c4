# The shop as an image: web server, worker and commands. It runs as a user without rights, on a read-only root.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --quiet --require-hashes -r requirements.txt
COPY . /app
WORKDIR /app
RUN DEMO=1 DATA_DIR=/tmp/data /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent shop \
    && install -d -o shop -g shop /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "config.healthcheck"]
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", \
     "--worker-tmp-dir=/dev/shm", "--timeout=60", "--graceful-timeout=25", "--no-control-socket"]
