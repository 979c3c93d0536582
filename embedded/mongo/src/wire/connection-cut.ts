/** Ends the connection without an answer, as a fail point of a test demands. */
export class ConnectionCut extends Error {
  constructor() {
    super('connection cut by a fail point');
    this.name = 'ConnectionCut';
  }
}
