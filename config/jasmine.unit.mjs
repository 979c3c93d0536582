import { PlainReporter } from './plain-reporter.ts';

export default {
  spec_dir: '.',
  spec_files: ['{contracts,vault,server,sip-gateway,embedded,scripts,config}/**/!(*.int|*.soak).spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false },
  reporters: [new PlainReporter()],
};
