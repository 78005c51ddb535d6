import { sagaMigrations } from '@frontrow/saga/migrations';
import { payments } from './001-payments.ts';

export const migrations = [...sagaMigrations, payments];
