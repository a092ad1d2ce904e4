// Compares the public declarations in dist with the reports beside this file; `--update` writes them anew.
// That of the check may use names of the main entry. TypeDoc finds what no entry exports.
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const update = process.argv.includes('--update');

for (const entry of ['index', 'check', 'testing']) {
  const config = ExtractorConfig.loadFileAndPrepare(
    fileURLToPath(new URL(`api-extractor.${entry}.json`, import.meta.url)),
  );
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback(message) {
      message.handled = message.messageId.startsWith('console-');
    },
  });
  if (apiReportChanged && !update) {
    console.error(
      `The public declarations have changed. Run \`npm run api\`, and commit test/package/api/${entry}.api.md with the change.`,
    );
  }
  if (!succeeded) process.exitCode = 1;
}
