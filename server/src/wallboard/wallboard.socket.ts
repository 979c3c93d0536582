import { z } from 'zod';
import type { WallboardClientEvents } from '#contracts/wallboard.contract';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import { WALLBOARD_ROOM, type WallboardService } from './wallboard.service.ts';

/** Watching the board: the present one at once, each later one as news. */
export function wallboardCommands(wallboard: WallboardService): CommandsFor<WallboardClientEvents> {
  return {
    'wallboard:watch': appCommand({
      permission: 'wallboard.read',
      action: 'wallboard.watch',
      input: z.record(z.string(), z.never()),
      run: async (_input, _actor, connection) => {
        connection.join(WALLBOARD_ROOM);
        return wallboard.view();
      },
    }),
  };
}
