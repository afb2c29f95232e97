// Certificates of a test: an authority of its own, with those of a server and of a client.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { TemporaryDirectory } from './temporary.ts';

const KEYS = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes them in a directory; `file` names one of `ca.pem`, `server.pem`, `server.key`, `client.pem` and `client.key`. */
export function authority(directory: TemporaryDirectory, name: string) {
  const file = (kind: string) => directory.at(`${name}-${kind}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  directory.write(`${name}-extensions`, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl('req', '-x509', ...KEYS, '-days', '2', '-subj', `/CN=${name}`, '-keyout', file('ca.key'), '-out', file('ca.pem'));
  for (const kind of ['server', 'client']) {
    openssl('req', ...KEYS, '-subj', `/CN=shop-${kind}`, '-keyout', file(`${kind}.key`), '-out', file(`${kind}.csr`));
    const signing = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('extensions')];
    openssl('x509', '-req', '-in', file(`${kind}.csr`), ...signing, '-out', file(`${kind}.pem`));
  }
  return { file, tls: { ca: readFileSync(file('ca.pem')), cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) } };
}
