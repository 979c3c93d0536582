const { existsSync } = require('node:fs');
const { join } = require('node:path');

process.env.CHROME_BIN ||= ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** One line per failed spec, then `N passed, N failed`. A run without a spec, or one the browser left, counts as failed. */
function PlainReporter() {
  this.onSpecComplete = (_browser, result) => {
    if (result.success || result.skipped) return;
    console.log(`not ok - ${[...result.suite, result.description].join(' ')}\n${result.log.join('\n')}`);
  };
  this.onBrowserError = (_browser, error) => console.log('not ok - outside a spec:', error);
  this.onRunComplete = (_browsers, run) => {
    const isIncomplete = run.error || run.disconnected || run.success + run.failed === 0;
    console.log(`${run.success} passed, ${run.failed + (isIncomplete && run.failed === 0 ? 1 : 0)} failed`);
  };
}

module.exports = (config) =>
  config.set({
    basePath: '',
    frameworks: ['jasmine'],
    plugins: [
      require('karma-jasmine'),
      require('karma-chrome-launcher'),
      require('karma-coverage'),
      { 'reporter:plain': ['type', PlainReporter] },
    ],
    client: { jasmine: { random: true }, clearContext: false },
    reporters: ['plain'],
    coverageReporter: {
      dir: join(__dirname, '../coverage/client'),
      subdir: '.',
      reporters: [{ type: 'text-summary' }, { type: 'lcovonly' }],
    },
    browsers: ['ChromiumHeadlessNoSandbox'],
    customLaunchers: {
      ChromiumHeadlessNoSandbox: {
        base: 'ChromeHeadless',
        flags: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-dev-shm-usage',
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          '--autoplay-policy=no-user-gesture-required',
        ],
      },
    },
    captureTimeout: 120_000,
    browserNoActivityTimeout: 120_000,
    restartOnFileChange: false,
  });
