import { driverContract, type ContractEnvironment } from '../../../src/contract/index.ts';

/** Holds an implementation to the contract; each case gets an environment of its own. */
export function describeDriver(name: string, makeEnvironment: () => Promise<ContractEnvironment>): void {
  describe(`the contract of a driver: ${name}`, function () {
    this.timeout(180_000);
    for (const { title, run } of driverContract()) {
      it(title, async () => {
        const environment = await makeEnvironment();
        await run(environment).finally(() => environment.close());
      });
    }
  });
}
