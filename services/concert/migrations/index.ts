import type { Migration } from '@frontrow/service-kit/postgres';
import { catalogue } from './001-catalogue.ts';
import { seatStates } from './002-seat-states.ts';
import { waitingRooms } from './003-waiting-rooms.ts';

export const migrations: Migration[] = [catalogue, seatStates, waitingRooms];
