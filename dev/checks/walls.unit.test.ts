import { describe, expect, test } from '@jest/globals';
import { checkWalls } from './walls.ts';

/** What the walls say of a file with this one import. */
const verdict = (file: string, line: string) => checkWalls([file], () => ['', line]).map(({ message }) => message);

describe('the walls', () => {
  test.each([
    ['services/wallet/src/domain/wallet.ts', "import { Knex } from 'knex';"],
    ['services/wallet/src/domain/wallet.ts', "import { readFileSync } from 'node:fs';"],
    ['services/wallet/src/domain/wallet.ts', "import { on } from '@frontrow/messaging/subscription';"],
    ['services/wallet/src/domain/wallet.ts', "import { findWallet } from '../store/wallets.ts';"],
    ['services/wallet/src/routes.ts', "import { findWallet } from './store/wallets.ts';"],
    ['services/wallet/src/subscriptions.ts', "import { findWallet } from './store/wallets.ts';"],
    ['services/wallet/src/commands/charge.ts', "import type { Knex } from 'knex';"],
    ['services/wallet/src/queries/get-wallet.ts', "import { Redis } from 'ioredis';"],
    ['services/wallet/src/commands/charge.ts', "import { hold } from '@frontrow/reservation/commands/hold';"],
    ['services/wallet/src/service.ts', "import { hold } from '../../reservation/src/commands/hold.ts';"],
    [
      'services/wallet/src/store/wallets.int.test.ts',
      "import { hold } from '../../../reservation/src/store/holds.ts';",
    ],
    ['libs/saga/src/runner.ts', "import { hold } from '@frontrow/reservation/commands/hold';"],
    ['libs/contracts/src/wallet.ts', "import { problem } from '@frontrow/service-kit/problem';"],
    ['libs/contracts/src/wallet.ts', "import { randomUUID } from 'node:crypto';"],
    // The end of an import that spans lines, and imports at run time.
    ['services/wallet/src/domain/wallet.ts', "} from 'pg';"],
    ['services/wallet/src/domain/wallet.ts', "const pg = await import('pg');"],
  ])('%s may not: %s', (file, line) => {
    expect(verdict(file, line)).not.toEqual([]);
  });

  test.each([
    ['services/wallet/src/domain/wallet.ts', "import { MIN_CHARGE_WON } from '@frontrow/contracts/wallet';"],
    ['services/wallet/src/domain/wallet.ts', "import { problem } from '@frontrow/service-kit/problem';"],
    ['services/wallet/src/domain/wallet.ts', "import type { Entry } from './entry.ts';"],
    ['services/wallet/src/store/wallets.ts', "import type { Knex } from 'knex';"],
    ['services/wallet/src/commands/charge.ts', "import { findWallet } from '../store/wallets.ts';"],
    ['services/wallet/src/commands/charge.int.test.ts', "import createKnex from 'knex';"],
    ['libs/contracts/src/wallet.ts', "import { z } from 'zod';"],
    ['libs/contracts/src/wallet.ts', "import { Won } from './primitives.ts';"],
    ['libs/messaging/src/kafka.ts', "import { Kafka } from 'kafkajs';"],
  ])('%s may: %s', (file, line) => {
    expect(verdict(file, line)).toEqual([]);
  });

  test('a finding says where', () => {
    const [finding] = checkWalls(['services/wallet/src/domain/a.ts'], () => ['// a comment', "import 'express';"]);
    expect(finding).toMatchObject({ file: 'services/wallet/src/domain/a.ts', line: 2 });
  });
});
