/** Values that the examples of messages and HTTP bodies share, so that they tell one story. */
export const examples = {
  userId: 'mina',
  concertId: '019aa6f0-5c00-7000-8000-000000000001',
  performanceId: '019aa6f0-5c00-7000-8000-000000000002',
  reservationId: '019aa6f0-5c00-7000-8000-000000000003',
  ticketId: '019aa6f0-5c00-7000-8000-000000000004',
  paymentId: '019aa6f0-5c00-7000-8000-000000000005',
  entryId: '019aa6f0-5c00-7000-8000-000000000006',
  messageId: '019aa6f0-5c00-7000-8000-000000000007',
  queueTokenId: 'q-4182-Zk3vT0xw5uA',
  instant: '2026-12-01T11:00:00.000Z',
  later: '2026-12-01T11:05:00.000Z',
  performAt: '2026-12-24T10:00:00.000Z',
} as const;
