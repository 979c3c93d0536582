/** The MongoDB version whose behaviour this server has. */
export const SERVER_VERSION = [8, 0, 0, 0] as const;
/** Wire version 25 belongs to MongoDB 8.0. */
export const WIRE_VERSION = 25;
