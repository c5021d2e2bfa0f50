/** An environment as its user asks for it, in a JSON file. */
export interface EnvironmentRequest {
  /** Also the id of the instance that provisions it. */
  readonly environment: string;
  readonly network: {
    readonly name: string;
    readonly cidr: string;
    readonly subnets: readonly { readonly name: string; readonly cidr: string }[];
  };
  readonly storageAccount: { readonly name: string; readonly size: string };
  readonly keyVault: { readonly name: string; readonly secrets: readonly string[] };
  readonly virtualMachines: readonly VirtualMachineRequest[];
}

export interface VirtualMachineRequest {
  readonly name: string;
  readonly size: string;
  readonly image: string;
  /** One of the network's subnets. */
  readonly subnet: string;
  /** The key vault's secret that is the administrator's password. */
  readonly secret: string;
  /** Machines that must be running first. */
  readonly dependsOn: readonly string[];
}

/** Reads a request from parsed JSON. Throws an error that names the place and what is expected there. */
export function parseRequest(json: unknown): EnvironmentRequest {
  const root = readObject(json, "request");
  const network = readObject(root["network"], "network");
  const storageAccount = readObject(root["storageAccount"], "storageAccount");
  const keyVault = readObject(root["keyVault"], "keyVault");
  const request: EnvironmentRequest = {
    environment: readName(root["environment"], "environment"),
    network: {
      name: readName(network["name"], "network.name"),
      cidr: readText(network["cidr"], "network.cidr"),
      subnets: readList(network["subnets"], "network.subnets", readSubnet),
    },
    storageAccount: {
      name: readName(storageAccount["name"], "storageAccount.name"),
      size: readText(storageAccount["size"], "storageAccount.size"),
    },
    keyVault: {
      name: readName(keyVault["name"], "keyVault.name"),
      secrets: readList(keyVault["secrets"], "keyVault.secrets", readName),
    },
    virtualMachines: readList(root["virtualMachines"], "virtualMachines", readMachine),
  };
  checkNames(request);
  return request;
}

function readSubnet(json: unknown, at: string): EnvironmentRequest["network"]["subnets"][number] {
  const { name, cidr } = readObject(json, at);
  return { name: readName(name, `${at}.name`), cidr: readText(cidr, `${at}.cidr`) };
}

function readMachine(json: unknown, at: string): VirtualMachineRequest {
  const { name, size, image, subnet, secret, dependsOn } = readObject(json, at);
  return {
    name: readName(name, `${at}.name`),
    size: readText(size, `${at}.size`),
    image: readText(image, `${at}.image`),
    subnet: readName(subnet, `${at}.subnet`),
    secret: readName(secret, `${at}.secret`),
    dependsOn: dependsOn === undefined ? [] : readList(dependsOn, `${at}.dependsOn`, readName),
  };
}

function checkNames({ network, keyVault, virtualMachines }: EnvironmentRequest): void {
  const subnets = distinct(
    network.subnets.map(({ name }) => name),
    "network.subnets",
  );
  const secrets = distinct(keyVault.secrets, "keyVault.secrets");
  const machines = distinct(
    virtualMachines.map(({ name }) => name),
    "virtualMachines",
  );
  for (const { name, subnet, secret, dependsOn } of virtualMachines) {
    known(subnet, subnets, `virtual machine ${name}: subnet`);
    known(secret, secrets, `virtual machine ${name}: secret`);
    for (const other of dependsOn) known(other, machines, `virtual machine ${name}: dependsOn`);
  }
}

function distinct(names: readonly string[], at: string): ReadonlySet<string> {
  const set = new Set(names);
  expect(set.size === names.length, at, "different names");
  return set;
}

function known(name: string, names: ReadonlySet<string>, at: string): void {
  expect(names.has(name), at, `one of ${[...names].join(", ")}; "${name}" is not`);
}

function readObject(json: unknown, at: string): Record<string, unknown> {
  expect(typeof json === "object" && json !== null && !Array.isArray(json), at, "an object");
  return json as Record<string, unknown>;
}

function readList<T>(json: unknown, at: string, read: (json: unknown, at: string) => T): T[] {
  expect(Array.isArray(json) && json.length > 0, at, "a list that is not empty");
  return (json as unknown[]).map((item, index) => read(item, `${at}[${index}]`));
}

function readText(json: unknown, at: string): string {
  expect(typeof json === "string" && json !== "", at, "a text");
  return json as string;
}

function readName(json: unknown, at: string): string {
  expect(typeof json === "string" && /^[a-z][a-z0-9-]*$/.test(json), at, "a name of a-z, 0-9 and -");
  return json as string;
}

function expect(isSo: boolean, at: string, what: string): void {
  if (!isSo) throw new TypeError(`${at}: expected ${what}.`);
}
