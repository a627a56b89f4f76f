# Built once, run as the API or as a worker: see docker-compose.yml.
# The digest is the image index's, the same for every platform; a newer release of Node gets a newer one here.
FROM node:20.20.2-bookworm-slim@sha256:2cf067cfed83d5ea958367df9f966191a942351a2df77d6f0193e162b5febfc0 AS node

FROM node AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build \
 && npm prune --omit=dev --omit=optional \
    # onnxruntime-node ships a library for every platform; keep this one's.
 && cd node_modules/onnxruntime-node/bin/napi-v6 \
 && keep="linux/$(node -p process.arch)" \
 && find . -mindepth 2 -maxdepth 2 -type d ! -path "./$keep" -exec rm -rf {} +

FROM node
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data MALLOC_MMAP_THRESHOLD_=262144
RUN mkdir /data && chown node:node /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/examples ./examples
USER node
VOLUME /data
EXPOSE 4000
CMD ["node", "dist/src/server.js"]
