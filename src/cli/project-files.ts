/** The program of a new project. A test writes it out, type-checks it and runs it. */
export const mainProgram = `// Run it with: npm start. Kill it whenever you like, and run it again: it goes on where it was.
import { activity, Client, mailbox, orchestration, Runtime } from "perdure";
import { serveDashboard } from "perdure/http";
import { SqliteProvider } from "perdure/sqlite";

type Order = { readonly id: string; readonly total: number };

// A mailbox: whoever may approve sends true or false to it, and it waits until the orchestration receives it.
const approvals = mailbox<boolean>("approvals");

// Activities touch the world. They may fail, and are tried again.
const charge = activity("charge", { retry: { maxAttempts: 5 } }, async (ctx, order: Order) => {
  ctx.log.info({ order: order.id }, "charging");
  return \`receipt for \${order.id}: \${order.total}\`;
});

// An orchestration decides what happens next. Whatever it has learned is in its history.
const checkout = orchestration("checkout", async (ctx, order: Order) => {
  ctx.setCustomStatus("waiting for an approval");
  const isApproved = await ctx.receive(approvals, { timeout: "7d" });
  if (!isApproved) throw new Error(\`Order \${order.id} was rejected.\`);
  ctx.setCustomStatus("charging");
  return await ctx.activity(charge, order);
});

await using provider = await SqliteProvider.open("app.db");
await using runtime = await Runtime.start({ provider, activities: [charge], orchestrations: [checkout] });
await using dashboard = await serveDashboard({ provider });

const client = new Client(provider);
const handle = await client.start(checkout, { id: "42", total: 1_200 }, { instanceId: "order-42" });

console.log(\`Open \${dashboard.loginUrl()}\`);
console.log("order-42 waits for an approval: send true to its mailbox, in the dashboard or with");
console.log("  npx perdure send order-42 approvals true --store app.db");
console.log(await handle.result());
`;

export const tsconfig = `{
  "compilerOptions": {
    "target": "esnext",
    "lib": ["esnext"],
    "types": ["node"],
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true
  }
}
`;

export const readme = `# A durable order

\`\`\`sh
npm install
npm start              # prints an address for the dashboard, and waits for an approval
\`\`\`

Approve the order in the dashboard: open \`order-42\`, and send \`true\` to mailbox \`approvals\`. Or in a terminal:

\`\`\`sh
npx perdure send order-42 approvals true --store app.db
\`\`\`

Kill the process before you do, and start it again: the order is still waiting, and nothing is charged twice.
Everything about it is in \`app.db\`: \`npx perdure history order-42 --store app.db\`.
`;
