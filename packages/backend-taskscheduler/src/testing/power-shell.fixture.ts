import { callCommand } from './power-shell-commands.fixture.ts';
import { callMethod, callStatic, castTo, getMember, getStatic, setMember } from './power-shell-members.fixture.ts';
import {
  core,
  entries,
  find,
  isMark,
  nameOf,
  parsePowerShell,
  type Syntax,
  the,
  typeName,
  unknown,
} from './power-shell-syntax.fixture.ts';
import { applyOperator, collapse, enumerate, isTrue, nothing, Thrown, type World } from './power-shell-values.fixture.ts';

interface Scope {
  readonly variables: Map<string, unknown>;
  readonly functions: Map<string, Syntax>;
  readonly above: Scope | undefined;
}

class Return extends Error {}
class Continue extends Error {}

/**
 * For tests: runs a script in an interpreter of ours, for the words of PowerShell that Rota's script uses; any other word is an error. There is no PowerShell
 * here: it shows that the script does what it should where PowerShell is as its documentation says, and not that PowerShell is. Answers what it prints.
 */
export async function runPowerShell(script: string, world: Omit<World, 'printed'>): Promise<string> {
  const whole: World = { ...world, printed: [] };
  interpreter(whole).run(await parsePowerShell(script));
  return whole.printed.join('');
}

function interpreter(world: World): { run(tree: Syntax): void } {
  function execute(node: Syntax, scope: Scope, out: unknown[]): void {
    switch (node.type) {
      case 'program':
      case 'statement_list':
      case 'script_block':
      case 'script_block_body':
        for (const one of node.children) execute(one, scope, out);
        return;
      case 'statement_block':
        for (const one of node.children) if (!isMark(one)) execute(one, scope, out);
        return;
      case 'empty_statement':
      case ';':
        return;
      case 'function_statement':
        scope.functions.set(the(node, 'function_name').text.toLowerCase(), node);
        return;
      case 'if_statement':
        executeIf(node, scope, out);
        return;
      case 'while_statement':
        while (isTrue(evaluate(the(the(node, 'while_condition'), 'pipeline'), scope)))
          once(() => execute(the(node, 'statement_block'), scope, out));
        return;
      case 'foreach_statement':
        for (const item of itemsOf(the(node, 'pipeline'), scope)) {
          scope.variables.set(nameOf(the(node, 'variable')), item);
          once(() => execute(the(node, 'statement_block'), scope, out));
        }
        return;
      case 'switch_statement':
        executeSwitch(node, scope, out);
        return;
      case 'try_statement':
        executeTry(node, scope, out);
        return;
      case 'flow_control_statement':
        flow(node, scope, out);
        return;
      case 'pipeline':
        for (const item of outputOf(node, scope)) out.push(item);
        return;
      default:
        throw unknown(node);
    }
  }

  function executeIf(node: Syntax, scope: Scope, out: unknown[]): void {
    const branches = [node, ...(find(node, 'elseif_clauses')?.children ?? [])];
    const chosen = branches.find((one) => isTrue(evaluate(the(one, 'pipeline'), scope))) ?? find(node, 'else_clause');
    if (chosen !== undefined) execute(the(chosen, 'statement_block'), scope, out);
  }

  function executeSwitch(node: Syntax, scope: Scope, out: unknown[]): void {
    const value = evaluate(the(the(node, 'switch_condition'), 'pipeline'), scope);
    for (const clause of the(the(node, 'switch_body'), 'switch_clauses').children) {
      const [condition] = the(clause, 'switch_clause_condition').children;
      if (condition !== undefined && applyOperator('-eq', value, evaluate(condition, scope)))
        execute(the(clause, 'statement_block'), scope, out);
    }
  }

  function executeTry(node: Syntax, scope: Scope, out: unknown[]): void {
    try {
      execute(the(node, 'statement_block'), scope, out);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      const before = scope.variables.get('_');
      scope.variables.set('_', error.record);
      execute(the(the(the(node, 'catch_clauses'), 'catch_clause'), 'statement_block'), scope, out);
      scope.variables.set('_', before);
    }
  }

  function flow(node: Syntax, scope: Scope, out: unknown[]): void {
    const [word, pipeline] = node.children;
    if (word?.text === 'continue') throw new Continue();
    if (word?.text === 'return') {
      if (pipeline !== undefined) execute(pipeline, scope, out);
      throw new Return();
    }
    if (word?.text !== 'throw') throw unknown(node);
    if (pipeline !== undefined) throw Thrown.saying(String(evaluate(pipeline, scope)));
    throw new Thrown(lookUp(scope, '_') as Thrown['record']);
  }

  /** What a pipeline puts out: of an array its items; nothing for what has no value. */
  function outputOf(pipeline: Syntax, scope: Scope): readonly unknown[] {
    const [first, ...more] = pipeline.children;
    if (first === undefined || more.length > 0) throw unknown(pipeline);
    if (first.type === 'command') return command(first, scope);
    const value = evaluate(first, scope);
    return value === null ? [null] : enumerate(value);
  }

  function itemsOf(pipeline: Syntax, scope: Scope): readonly unknown[] {
    return pipeline.children[0]?.type === 'command' ? outputOf(pipeline, scope) : enumerate(evaluate(pipeline, scope));
  }

  function command(node: Syntax, scope: Scope): readonly unknown[] {
    const name = the(node, 'command_name').text;
    const words = (find(node, 'command_elements')?.children ?? []).map((one) =>
      one.type === 'command_parameter'
        ? { parameter: one.text }
        : { value: one.type === 'generic_token' ? one.text : evaluate(one, scope) },
    );
    const own = functionOf(scope, name.toLowerCase());
    if (own === undefined) return callCommand(world, name, words);
    const inner: Scope = { variables: new Map(), functions: new Map(), above: scope };
    const parameters = find(find(own, 'function_parameter_declaration'), 'parameter_list')?.children ?? [];
    for (const [index, parameter] of parameters.filter(({ type }) => type === 'script_parameter').entries())
      inner.variables.set(nameOf(the(parameter, 'variable')), words[index]?.value ?? null);
    const out: unknown[] = [];
    try {
      execute(the(own, 'script_block'), inner, out);
    } catch (error) {
      if (!(error instanceof Return)) throw error;
    }
    return out;
  }

  /** Of a statement, what an assignment keeps of it. */
  function evaluate(node: Syntax, scope: Scope): unknown {
    const inner = (): readonly unknown[] => {
      const out: unknown[] = [];
      for (const one of node.children) if (!isMark(one)) execute(one, scope, out);
      return out;
    };
    const [first, second, third] = node.children;
    switch (node.type) {
      case 'pipeline':
        return first?.type === 'command' || node.children.length !== 1
          ? collapse(outputOf(node, scope))
          : evaluate(first as Syntax, scope);
      case 'assignment_expression':
        return assign(node, scope);
      case 'parenthesized_expression':
        return evaluate(the(node, 'pipeline'), scope);
      case 'sub_expression':
        return collapse(inner());
      case 'array_expression':
        return [...inner()];
      case 'hash_literal_expression':
        return new Map(
          entries(node).map((entry) => [the(entry, 'key_expression').text, evaluate(entry.children[2] as Syntax, scope)]),
        );
      case 'variable':
        return lookUp(scope, nameOf(node));
      case 'decimal_integer_literal':
        return Number(node.text);
      case 'verbatim_string_characters':
        return node.text.slice(1, -1).replaceAll("''", "'");
      case 'member_access':
        return second?.text === '::'
          ? getStatic(world, typeName(first), the(node, 'member_name').text)
          : getMember(evaluate(first as Syntax, scope), the(node, 'member_name').text);
      case 'invokation_expression':
        return invoke(node, scope);
      case 'element_access':
        return enumerate(evaluate(first as Syntax, scope))[Number(evaluate(third as Syntax, scope))] ?? null;
      case 'cast_expression':
        return castTo(typeName(first), evaluate(second as Syntax, scope));
      case 'expression_with_unary_operator':
        if (first?.text === '-not' || first?.text === '!') return !isTrue(evaluate(second as Syntax, scope));
        if (node.children.length === 1) return evaluate(first as Syntax, scope);
        throw unknown(node);
      default:
        if (node.children.length === 1) return evaluate(first as Syntax, scope);
        if (node.children.length !== 3 || !node.type.endsWith('_expression')) throw unknown(node);
        return operate(node, scope);
    }
  }

  function operate({ children }: Syntax, scope: Scope): unknown {
    const [left, operator, right] = children as readonly [Syntax, Syntax, Syntax];
    const first = evaluate(left, scope);
    if (operator.text === '-or') return isTrue(first) || isTrue(evaluate(right, scope));
    if (operator.text === '-and') return isTrue(first) && isTrue(evaluate(right, scope));
    if (operator.text === ',') return [...(left.children.length === 3 ? enumerate(first) : [first]), evaluate(right, scope)];
    return applyOperator(operator.text, first, evaluate(right, scope));
  }

  function assign(node: Syntax, scope: Scope): unknown {
    const [left, operator, right] = node.children as readonly [Syntax, Syntax, Syntax];
    if (operator.text !== '=') throw unknown(node);
    const out: unknown[] = [];
    if (right.type !== 'pipeline') execute(right, scope, out);
    const value = right.type === 'pipeline' ? evaluate(right, scope) : collapse(out);
    const target = core(left);
    if (target.type === 'variable') scope.variables.set(nameOf(target), value);
    else if (target.type === 'member_access') {
      setMember(evaluate(target.children[0] as Syntax, scope), the(target, 'member_name').text, value);
    } else throw unknown(node);
    return nothing;
  }

  function invoke(node: Syntax, scope: Scope): unknown {
    const [subject, mark] = node.children;
    const list = find(find(node, 'argument_list'), 'argument_expression_list');
    const args = (list?.children ?? []).flatMap((one) => (one.type === 'argument_expression' ? [evaluate(one, scope)] : []));
    const name = the(node, 'member_name').text;
    if (mark?.text === '::') return callStatic(world, typeName(subject), name, args);
    return callMethod(evaluate(subject as Syntax, scope), name, args);
  }

  return {
    run: (tree) => execute(tree, { variables: new Map(), functions: new Map(), above: undefined }, []),
  };
}

/** One round of a loop, which `continue` ends. */
function once(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof Continue)) throw error;
  }
}

function lookUp(scope: Scope, name: string): unknown {
  const fixed = { null: null, true: true, false: false }[name];
  if (fixed !== undefined) return fixed;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.above)
    if (at.variables.has(name)) return at.variables.get(name);
  return null;
}

function functionOf(scope: Scope, name: string): Syntax | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.above)
    if (at.functions.has(name)) return at.functions.get(name);
  return undefined;
}
