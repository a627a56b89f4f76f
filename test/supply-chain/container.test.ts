import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../system/stage.js';

const text = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the containers', () => {
  it('are built on images that are named by their digest', async () => {
    const images = (await text('Dockerfile')).match(/(?<=^FROM )\S+/gm) ?? [];
    const stages: readonly string[] = (await text('Dockerfile')).match(/(?<= AS )\S+/gm) ?? [];
    const foreign = images.filter((image) => !stages.includes(image));
    expect(foreign).toHaveLength(1);
    expect(foreign[0]).toMatch(/^node:20\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    const { services }: Json = parse(await text('docker-compose.yml'), { merge: true });
    for (const { image, build } of Object.values<Json>(services))
      if (build === undefined) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it('may write nothing but their volumes, hold no capability, and have a bound on memory and processes', async () => {
    const { services, volumes }: Json = parse(await text('docker-compose.yml'), { merge: true });
    expect(Object.keys(services).sort()).toEqual(['api', 'redis', 'worker']);
    for (const [name, service] of Object.entries<Json>(services)) {
      expect({ name, ...service }).toMatchObject({
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        pids_limit: expect.any(Number),
        mem_limit: expect.any(String),
      });
      expect(service).not.toHaveProperty('cap_add');
      expect(service).not.toHaveProperty('privileged');
      for (const volume of service.volumes) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    }
  });

  it('run as nobody in particular', async () => {
    expect(await text('Dockerfile')).toMatch(/^USER node$/m);
    const { services }: Json = parse(await text('docker-compose.yml'), { merge: true });
    expect(services.redis.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('publish no port beyond this machine', async () => {
    const { services }: Json = parse(await text('docker-compose.yml'), { merge: true });
    const ports = Object.values<Json>(services).flatMap(({ ports = [] }) => ports);
    expect(ports).toEqual(['127.0.0.1:4000:4000']);
  });
});
