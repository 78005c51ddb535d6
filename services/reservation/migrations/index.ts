import type { Migration } from '@frontrow/messaging/migrations';
import { reservations } from './001-reservations.ts';
import { projections } from './002-projections.ts';

export const migrations: Migration[] = [reservations, projections];
