# The base alone: no torch, no compiler, no root. The data folder is a volume.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY assistant ./assistant
COPY models ./models
COPY prompts ./prompts
RUN pip install --no-cache-dir build && python -m build --wheel --outdir /dist

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ASSISTANT_DATA_DIR=/data \
    ASSISTANT_HOST=0.0.0.0 \
    ASSISTANT_PORT=8000
RUN groupadd --system --gid 10001 assistant \
 && useradd --system --uid 10001 --gid assistant --home-dir /data --shell /usr/sbin/nologin assistant \
 && install -d -o assistant -g assistant -m 0700 /data
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /dist /tmp/dist
# Extras by commas: docker build --build-arg EXTRAS=discord,llm .
ARG EXTRAS=
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt "$(echo /tmp/dist/*.whl)${EXTRAS:+[$EXTRAS]}" && rm -r /tmp/dist /tmp/constraints.txt
USER assistant
WORKDIR /data
VOLUME /data
EXPOSE 8000
# PostgreSQL needs a clean stop to start fast again; SIGINT and SIGTERM both give it one.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request, os; urllib.request.urlopen('http://127.0.0.1:' + os.environ['ASSISTANT_PORT'] + '/health/ready', timeout=2)"]
ENTRYPOINT ["assistant"]
CMD ["serve"]
