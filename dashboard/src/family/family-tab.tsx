import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { ProblemBar } from "../show/problem.tsx";
import { FamilyGraph } from "./family-graph.tsx";

export function FamilyTab({ id }: { readonly id: string }) {
  const { value, problem, reload } = useLoaded({ key: `family ${id}`, load: () => api.family(id) });
  if (problem !== null) return <ProblemBar problem={problem} retry={reload} />;
  return value === null ? <div aria-busy="true" /> : <FamilyGraph tree={value} selfId={id} />;
}
