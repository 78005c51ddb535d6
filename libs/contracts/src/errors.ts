/**
 * Every error code that a client can meet, in one place: `docs/errors.md` and the OpenAPI document are
 * generated from it. `retriable` says that the same request may succeed later; such answers are never
 * stored under an Idempotency-Key.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly retriable: boolean;
  readonly ko: string;
  readonly en: string;
}

const entry = (status: number, ko: string, en: string, retriable = false): ErrorEntry => ({
  status,
  retriable,
  ko,
  en,
});

export const errors = {
  ILLEGAL_ARGUMENTS: entry(400, '요청 값이 올바르지 않습니다.', 'The request is not valid.'),
  IDEMPOTENCY_KEY_REQUIRED: entry(
    400,
    'Idempotency-Key 헤더가 필요합니다.',
    'This call needs an Idempotency-Key header.',
  ),
  UNAUTHENTICATED: entry(401, '로그인이 필요합니다.', 'A valid access token is needed.'),
  INVALID_TOKEN: entry(
    401,
    '잘못되었거나 이미 만료된 대기열 토큰입니다.',
    'The queue token is wrong, spent or expired.',
  ),
  NOT_YOUR_TURN: entry(403, '아직 입장 순서가 아닙니다.', 'It is not your turn yet.', true),
  FORBIDDEN: entry(403, '권한이 없습니다.', 'You may not do this.'),
  NOT_FOUND: entry(404, '찾을 수 없는 주소입니다.', 'There is nothing at this address.'),
  CONCERT_NOT_FOUND: entry(404, '찾을 수 없는 콘서트입니다.', 'There is no such concert.'),
  PERFORMANCE_NOT_FOUND: entry(404, '찾을 수 없는 공연입니다.', 'There is no such performance.'),
  SEAT_NOT_FOUND: entry(404, '찾을 수 없는 좌석 번호입니다.', 'There is no such seat.'),
  RESERVATION_NOT_FOUND: entry(404, '찾을 수 없는 예약입니다.', 'There is no such reservation.'),
  PAYMENT_NOT_FOUND: entry(404, '찾을 수 없는 결제입니다.', 'There is no such payment.'),
  METHOD_NOT_ALLOWED: entry(405, '허용되지 않는 메서드입니다.', 'This method is not allowed here.'),
  ALREADY_TAKEN: entry(409, '이미 선점된 좌석입니다.', 'The seat is already taken.'),
  SEAT_LIMIT_EXCEEDED: entry(
    409,
    '한 사람이 예약할 수 있는 좌석 수를 넘었습니다.',
    'That is more seats than one person may have.',
  ),
  PERFORMANCE_STARTED: entry(409, '이미 시작된 공연입니다.', 'The performance has already started.'),
  HOLD_EXPIRED: entry(409, '좌석 임시 배정 시간이 지났습니다.', 'The hold has expired or was released.'),
  ALREADY_PAID: entry(409, '이미 결제된 예약입니다.', 'The reservation is already paid.'),
  PAYMENT_IN_PROGRESS: entry(409, '결제가 진행 중입니다.', 'A payment of this reservation is under way.', true),
  AMOUNT_MISMATCH: entry(409, '결제 금액이 예약 금액과 다릅니다.', 'The amounts do not add up to the price.'),
  OUT_OF_BUDGET: entry(409, '포인트 잔액이 부족합니다.', 'There are not enough points.'),
  BALANCE_LIMIT_EXCEEDED: entry(
    409,
    '보유할 수 있는 포인트 한도를 넘었습니다.',
    'The balance would exceed what a wallet may hold.',
  ),
  QUEUE_CLOSED: entry(409, '지금은 대기열에 들어갈 수 없습니다.', 'The line takes no more people now.', true),
  PAYMENT_TIMED_OUT: entry(
    409,
    '결제가 제시간에 끝나지 않아 취소되었습니다.',
    'The payment did not finish in time and was undone.',
  ),
  PAYLOAD_TOO_LARGE: entry(413, '요청 본문이 너무 큽니다.', 'The request body is too large.'),
  UNSUPPORTED_MEDIA_TYPE: entry(415, 'JSON 본문만 받습니다.', 'Only JSON bodies are accepted.'),
  IDEMPOTENCY_KEY_REUSED: entry(
    422,
    '같은 Idempotency-Key로 다른 요청을 보냈습니다.',
    'This Idempotency-Key was used for another request.',
  ),
  TOO_MANY_REQUESTS: entry(
    429,
    '요청이 너무 많습니다. 잠시 후 다시 시도하세요.',
    'Too many requests; slow down.',
    true,
  ),
  INTERNAL: entry(500, '서버 오류가 발생했습니다.', 'Something went wrong on our side.', true),
  UNAVAILABLE: entry(503, '잠시 이용할 수 없습니다. 다시 시도하세요.', 'Not available right now; try again.', true),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** What every route may answer, whatever it does. */
export const commonErrors = [
  'ILLEGAL_ARGUMENTS',
  'TOO_MANY_REQUESTS',
  'INTERNAL',
  'UNAVAILABLE',
] as const satisfies readonly ErrorCode[];
