// What every program in TypeScript shares: it reads the calls, makes them one after the other, and writes the outcomes.
import { readFileSync } from 'node:fs';

export interface Call {
    project_id: string;
    provider_id: string;
    token: string;
    plan_id: string;
    parameters: { auto_trigger?: boolean; resources?: string[] | null };
    headers: Record<string, string>;
}

export interface Created {
    id: string;
    status: string;
    created_at: string;
    resource_graph: string | null;
    plan: string;
    resources: [id: string, extra_info: string | null][];
    extra_info: string | null;
}

export interface Refused {
    status: number;
    error_code: string;
    error_msg: string;
}

export async function make(send: (url: string, call: Call) => Promise<Created | Refused>): Promise<void> {
    const { url, calls }: { url: string; calls: Call[] } = JSON.parse(readFileSync(0, 'utf8'));
    const outcomes: (Created | Refused)[] = [];
    for (const call of calls) {
        outcomes.push(await send(url, call));
    }
    console.log(JSON.stringify(outcomes));
}
