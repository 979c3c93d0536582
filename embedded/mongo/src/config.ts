/**
 * The environment of the embedded document server, which is configured by its command line. `KAKEHASHI_QUERY_SHAPES` names a file to
 * which every new kind of command is appended, for the list in conformance/product-shapes.json. Undefined: nothing is written.
 */
export function queryShapesFile(): string | undefined {
  const file = process.env['KAKEHASHI_QUERY_SHAPES'];
  return file === undefined || file === '' ? undefined : file;
}
