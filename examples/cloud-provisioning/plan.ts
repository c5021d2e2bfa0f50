import type { Kind } from "./cloud/catalog.ts";
import { refOf, type ResourceRef, type ResourceSpec } from "./cloud/resource.ts";
import type { EnvironmentRequest, VirtualMachineRequest } from "./request.ts";

/** The resources of an environment, and the order in which they can be created. */
export interface EnvironmentPlan {
  readonly network: NetworkPlan;
  readonly storageAccount: ResourceSpec;
  readonly keyVault: ResourceSpec;
  readonly secrets: readonly ResourceSpec[];
  /** Every machine depends on machines of earlier layers only. */
  readonly machineLayers: readonly (readonly MachinePlan[])[];
}

export interface NetworkPlan {
  readonly network: ResourceSpec;
  readonly subnets: readonly ResourceSpec[];
}

export interface MachinePlan {
  readonly name: string;
  readonly networkInterface: ResourceSpec;
  readonly disk: ResourceSpec;
  readonly virtualMachine: ResourceSpec;
}

export function planEnvironment(request: EnvironmentRequest): EnvironmentPlan {
  const { network, storageAccount, keyVault, virtualMachines } = request;
  const networkSpec = spec("network", network.name, [], { cidr: network.cidr });
  const vaultSpec = spec("key-vault", keyVault.name);
  return {
    network: {
      network: networkSpec,
      subnets: network.subnets.map(({ name, cidr }) => spec("subnet", name, [refOf(networkSpec)], { cidr })),
    },
    storageAccount: spec("storage-account", storageAccount.name, [], { size: storageAccount.size }),
    keyVault: vaultSpec,
    secrets: keyVault.secrets.map((name) => spec("secret", name, [refOf(vaultSpec)])),
    machineLayers: layersOf(virtualMachines).map((layer) => layer.map((machine) => planMachine(request, machine))),
  };
}

export function resourcesOf({ network, storageAccount, keyVault, secrets, machineLayers }: EnvironmentPlan) {
  const machines = machineLayers.flat().flatMap((plan) => [plan.networkInterface, plan.disk, plan.virtualMachine]);
  return [network.network, ...network.subnets, storageAccount, keyVault, ...secrets, ...machines];
}

function planMachine({ storageAccount }: EnvironmentRequest, request: VirtualMachineRequest): MachinePlan {
  const { name, size, image, subnet, secret, dependsOn } = request;
  const networkInterface = spec("network-interface", `${name}-nic`, [`subnet/${subnet}`]);
  const disk = spec("disk", `${name}-disk`, [`storage-account/${storageAccount.name}`]);
  const others = dependsOn.map((other): ResourceRef => `virtual-machine/${other}`);
  const needs: ResourceRef[] = [refOf(networkInterface), refOf(disk), `secret/${secret}`, ...others];
  return { name, networkInterface, disk, virtualMachine: spec("virtual-machine", name, needs, { size, image }) };
}

function layersOf(machines: readonly VirtualMachineRequest[]): VirtualMachineRequest[][] {
  const layers: VirtualMachineRequest[][] = [];
  const placed = new Set<string>();
  while (placed.size < machines.length) {
    const layer = machines.filter(({ name, dependsOn }) => !placed.has(name) && dependsOn.every((o) => placed.has(o)));
    if (layer.length === 0) throw new TypeError("virtualMachines: expected dependsOn without a circle.");
    layers.push(layer);
    for (const { name } of layer) placed.add(name);
  }
  return layers;
}

function spec(
  kind: Kind,
  name: string,
  needs: readonly ResourceRef[] = [],
  properties: ResourceSpec["properties"] = {},
): ResourceSpec {
  return { kind, name, needs, properties };
}
