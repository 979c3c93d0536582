/** A file to stream, with byte ranges (RFC 9110 §14), never cached. `path` is relative to `root` and may not leave it. */
export class FileReply {
  readonly root: string;
  readonly path: string;
  readonly mediaType: string;

  constructor(file: { root: string; path: string; mediaType: string }) {
    this.root = file.root;
    this.path = file.path;
    this.mediaType = file.mediaType;
  }
}
