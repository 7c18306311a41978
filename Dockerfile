# The course in a container, for amd64 and arm64:
#   docker build -t tunebook .
#   docker run --rm -it -p 127.0.0.1:8888:8888 -v tunebook-work:/home/node/work tunebook
# and open the address that it prints. The notebooks, runs and downloaded weights are in the volume tunebook-work and outlive the container.
# With your own pictures: -v "$PWD/photos:/home/node/work/photos:ro"
# With an NVIDIA GPU, where TensorFlow with CUDA is part of the image instead of being downloaded at each start:
#   docker build --build-arg TENSORFLOW=gpu -t tunebook-gpu . && docker run --gpus all ... tunebook-gpu

# The system. The full image, not -slim, because it has git for dev containers and the C++ compiler that builds TensorFlow's binding.
FROM node:24.11.1-bookworm AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /home/node/tunebook /home/node/work
USER node
WORKDIR /home/node/tunebook

FROM base AS course
# Node's packages: built again only if the lock file changes. npm makes the link to the command `tunebook` only if its file is there.
COPY --chown=node:node package.json package-lock.json .npmrc ./
COPY --chown=node:node kernel-setup/tunebook.mjs kernel-setup/
RUN npm ci --ignore-scripts && rm -rf /home/node/.npm
# Python with JupyterLab, and TensorFlow: built again only if the set-up or its pins change
ARG TENSORFLOW=cpu
ENV TUNEBOOK_TENSORFLOW=${TENSORFLOW}
COPY --chown=node:node kernel-setup kernel-setup
RUN node kernel-setup/setup.mjs --only python,widgets,tensorflow && rm -rf .cache/downloads /home/node/.cache
# the code
COPY --chown=node:node . .
RUN npm run setup && rm -rf .cache/downloads /home/node/.cache
# what a new volume gets: the course, and the folder that weights are downloaded to
RUN node kernel-setup/tunebook.mjs course /home/node/work/notebooks \
 && mv .cache/weights /home/node/work/weights && ln -s /home/node/work/weights .cache/weights
VOLUME /home/node/work
EXPOSE 8888
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8888/api').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# inside a container, 127.0.0.1 is not reachable from outside; `docker run -p` decides who can connect
CMD ["node", "kernel-setup/start.mjs", "--ip", "0.0.0.0", "--port", "8888", "--no-browser", "--folder", "/home/node/work"]
