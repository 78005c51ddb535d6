import type { Migration } from '@frontrow/service-kit/postgres';
import { wallets } from './001-wallets.ts';

export const migrations: Migration[] = [wallets];
