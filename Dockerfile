# The course in a container:
#   docker build -t tunebook .
#   docker run --rm -it -p 127.0.0.1:8888:8888 tunebook
# and open the address that it prints. With your own pictures: -v "$PWD/photos:/home/node/tunebook/photos"

# The full image, not -slim, because it has git for dev containers and the C++ compiler that builds TensorFlow's binding.
FROM node:24.11.1-bookworm AS base
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /home/node/tunebook
USER node
WORKDIR /home/node/tunebook

FROM base AS course
COPY --chown=node:node . .
RUN npm run setup && rm -rf .cache/downloads /home/node/.npm /home/node/.cache
EXPOSE 8888
# inside a container, 127.0.0.1 is not reachable from outside; `docker run -p` decides who can connect
CMD ["node", "kernel-setup/start.mjs", "--ip", "0.0.0.0", "--port", "8888", "--no-browser"]
