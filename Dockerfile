# The image in which the pods of Kubeflow Pipelines run Graft (docs/kubeflow.md).
#     docker build --tag graft:latest .
# For nodes with GPUs, the same with CUDA's libraries:
#     docker build --tag graft:cuda --build-arg CUDA=1 .

FROM python:3.11.13-slim-bookworm AS build
COPY requirements.txt .
# Without a pip of its own, the environment is libraries alone. The lock is whole: nothing is resolved.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --requirement requirements.txt
ARG CUDA=""
RUN if [ -n "$CUDA" ]; then python -m pip --python /opt/venv/bin/python install --no-cache-dir \
    "$(sed -n 's/^tensorflow==/tensorflow[and-cuda]==/p' requirements.txt)"; fi

FROM python:3.11.13-slim-bookworm
# What installs and builds has no place where pipelines run.
RUN python -m pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
    && groupadd --gid 1000 graft \
    && useradd --uid 1000 --gid graft --create-home graft
COPY --from=build /opt/venv /opt/venv
COPY pipeline_runner.py LICENSE /app/
COPY pipeline /app/pipeline
COPY components /app/components
COPY data /app/data
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
CMD ["python", "pipeline_runner.py", "--help"]
