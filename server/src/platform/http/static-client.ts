import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';

/** File names the build puts a hash into never change their content: chunk-f8f-0S8_.js */
const HASHED = /-[\w-]{8}\.\w+$/;
/** The build writes the attribute's name in small letters. */
const NONCE_ATTRIBUTE = /ngCspNonce="[^"]*"/gi;

/** Serves the built client; every other page address gets the index page, because the client has its own routes. */
export function staticClient(folder: string): Router {
  const router = express.Router();
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        response.set('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  router.get('/{*path}', indexPage(join(folder, 'index.html')));
  return router;
}

function indexPage(file: string): RequestHandler {
  return async (request, response, next) => {
    if (request.accepts('html') === false || /\.\w+$/.test(request.path)) return next();
    const html = await readFile(file, 'utf8');
    const nonce = String(response.locals['nonce']);
    response
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(html.replaceAll(NONCE_ATTRIBUTE, `ngCspNonce="${nonce}"`).replaceAll('<style', `<style nonce="${nonce}"`));
  };
}
