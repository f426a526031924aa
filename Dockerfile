# jetdoctor as a container: no root, no GPU, no TensorRT. docs/ci.md, "A container".
#   docker build -t jetdoctor .
#   docker run --rm -v "$PWD:/models" jetdoctor check model.onnx -t jetpack-6.2
ARG BASE=docker.io/library/python:3.12-slim-bookworm

# hadolint ignore=DL3006
FROM ${BASE} AS build
COPY pyproject.toml README.md LICENSE /src/
COPY jetdoctor /src/jetdoctor/
COPY rules /src/rules/
RUN python3 -m venv /opt/jetdoctor \
 && /opt/jetdoctor/bin/python -m pip install --no-cache-dir --disable-pip-version-check "/src[onnxruntime]" \
 && /opt/jetdoctor/bin/python -m pip uninstall --yes --quiet pip

# hadolint ignore=DL3006
FROM ${BASE}
COPY --from=build /opt/jetdoctor /opt/jetdoctor
ENV PATH=/opt/jetdoctor/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
# Whoever owns the models is named with --user; without it, nobody in particular and not root.
USER 65532:65532
WORKDIR /models
ENTRYPOINT ["jetdoctor"]
CMD ["--help"]
