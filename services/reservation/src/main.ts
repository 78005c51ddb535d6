import { runService } from '@frontrow/service-kit/process';
import { readConfig } from './config.ts';
import { createService } from './service.ts';

await runService({
  name: 'reservation',
  start: async () => {
    const service = createService(readConfig(process.env));
    await service.start();
    return service;
  },
});
