# One image for web and worker: docker build -t treue . (see docs/operations.md)

FROM python:3.11-slim-bookworm AS built
WORKDIR /build
RUN python -m venv /opt/treue
COPY requirements/run.txt requirements/run.txt
RUN /opt/treue/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/treue/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin treue \
    && install -d -m 0700 -o treue -g treue /var/lib/treue
COPY --from=built /opt/treue /opt/treue
ENV PATH=/opt/treue/bin:$PATH TREUE_HOME=/var/lib/treue TREUE_LOG=json PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER treue
VOLUME /var/lib/treue
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["treue"]
CMD ["up", "--host", "0.0.0.0"]
