import { walletRoutes } from '@frontrow/contracts/wallet';
import { type BoundRoute, handle } from '@frontrow/service-kit/route-handler';
import type { chargePoints } from './commands/charge-points.ts';
import type { getWallet } from './queries/get-wallet.ts';
import type { listEntries } from './queries/list-entries.ts';

export interface UseCases {
  readonly getWallet: ReturnType<typeof getWallet>;
  readonly chargePoints: ReturnType<typeof chargePoints>;
  readonly listEntries: ReturnType<typeof listEntries>;
}

export const routes = (use: UseCases): BoundRoute[] => [
  handle(walletRoutes.getWallet, async ({ user }) => ({ status: 200, body: await use.getWallet(user.id) })),
  handle(walletRoutes.chargePoints, ({ user, body, idempotencyKey }) =>
    use.chargePoints({ userId: user.id, amountWon: body.amountWon, idempotencyKey }),
  ),
  handle(walletRoutes.listEntries, async ({ user, query }) => ({
    status: 200,
    body: await use.listEntries(user.id, query),
  })),
];
