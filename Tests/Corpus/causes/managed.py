"""Java and JavaScript."""
from . import cause


def java(name, reason, body, run="java A.java", files=None, members="", **rest):
    source = f"""import java.util.*;

public class A {{
{members}
    public static void main(String[] args) throws Exception {{
{body}
    }}
}}
"""
    cause(name, "java", "Java", reason, run, {**(files or {}), **({"A.java": source} if body else {})}, **rest)


java("java-null", "NullPointerException", "System.out.println(@n@); f(null);",
     members="static int f(String s) { return s.length(); }")
java("java-cause", ["NumberFormatException", "@loc@"],
     'try { Integer.parseInt("@loc@"); } catch (Exception e) { throw new IllegalStateException("bad year", e); }')
java("java-class:FitMain", "FitMain", "", "java FitMain")
java("java-class:org.crops.Yield", "org.crops.Yield", "", "java -cp lib/@f@.jar org.crops.Yield")
java("java-memory", "OutOfMemoryError", "long[] x = new long[Integer.MAX_VALUE - @n@ - 8];", "java -Xmx32m A.java")
java("java-index", "Index @m@ out of bounds", "int[] x = new int[@n@]; x[@m@] = 1;")
java("java-no-file", ["@f@.csv", "No such file"], 'new java.io.FileReader("@f@.csv");')
java("java-cast", "ClassCastException", 'Object o = args.length > 5 ? "x" : (Object) @n@; String s = (String) o;')
java("java-recursion", "StackOverflowError", "f(@n@);", members="static int f(int n) { return f(n + 1) + 1; }")
java("java-jar", ["Unable to access jarfile", "@f@.jar"], "", "java -jar @f@.jar --year @year@")
java("java-zero", "/ by zero", "System.out.println(@n@ / args.length);")
java("java-pool", ["no rain in @year@"],
     "var pool = java.util.concurrent.Executors.newFixedThreadPool(2);\n"
     'try { pool.submit(() -> { if (args.length == 0) throw new IllegalArgumentException("no rain in @year@"); '
     "return 1; }).get(); } finally { pool.shutdown(); }")
java("java-key", "NoSuchElementException", "new ArrayList<Integer>().iterator().next(); // @n@")
java("java-exit", "grid @loc@ has no cells",
     'System.err.println("2024-03-0" + 1 + " 12:00:@n@ ERROR Model - grid @loc@ has no cells"); System.exit(3);')
java("java-option", ["Invalid maximum heap size", "-Xmxx2g"], "", "java -Xmxx2g FitMain --year @year@")
java("javac-syntax", "illegal start of expression", "int x@n@ = ;", "javac A.java")
java("javac-symbol:Biomass", ["cannot find symbol"], "Biomass b = null; int x = @n@;", "javac A.java")
java("javac-types", "incompatible types", 'int x@n@ = "@loc@";', "javac A.java")


def node(name, reason, script, run="node fit.js", files=None):
    place = "@f@.js" if "@f@.js" in run else "fit.js"
    cause(name, "node", "JavaScript", reason, run, {**(files or {}), **({place: script} if script else {})})


OWN = "node @f@.js"
node("node-module:netcdf9", "Cannot find module 'netcdf9'", "require('netcdf9')\n", OWN)
node("node-module:geotiff9", "Cannot find module 'geotiff9'", "require('geotiff9')\n", OWN)
node("node-throw", "year out of range",
     "async function f(y) { throw new RangeError('year out of range: ' + y) }\nf(@year@)\n", OWN)
node("node-undefined:biomass", "biomass is not defined", "console.log(biomass + @n@)\n", OWN)
node("node-undefined:albedo", "albedo is not defined", "console.log(albedo + @n@)\n", OWN)
node("node-syntax", "SyntaxError", "let x@n@ = ;\n", OWN)
node("node-property:rainfall", ["Cannot read properties of undefined", "rainfall"],
     "function mean(year) {\n  const years = {}\n  return years[year].rainfall / @n@\n}\nmean(@year@)\n")
node("node-function", "is not a function", "const table = { rows: @n@ }\ntable.filter(r => r > 1)\n")
node("node-json", ["in JSON"], "const fs = require('fs')\nJSON.parse(fs.readFileSync('@f@.json', 'utf8'))\n",
     files={"@f@.json": '{"year": @year@, @word@}\n'})
node("node-no-file", ["ENOENT", "@f@.csv"], "require('fs').readFileSync('@f@.csv')\n")
node("node-refused", "ECONNREFUSED", "require('http').get('http://127.0.0.1:9/@f@')\n")
node("node-assert", ["ERR_ASSERTION"], "require('assert').strictEqual(@n@, @m@)\n")
node("node-message", "station @n@ has no data in @year@",
     "console.log('reading @f@')\nconsole.error('Error: station @n@ has no data in @year@')\nprocess.exit(2)\n")
node("node-recursion", "Maximum call stack size exceeded", "function f(n) { return f(n + 1) + 1 }\nf(@n@)\n")
node("node-heap", "heap out of memory", "const a = []\nwhile (true) a.push(new Array(@m@000).fill(1.5))\n",
     "exec node --max-old-space-size=40 fit.js")
node("node-own-type", ["CalibrationError", "@loc@"],
     "class CalibrationError extends Error {\n  constructor(m) { super(m); this.name = 'CalibrationError' }\n}\n"
     "Promise.resolve('@loc@').then(s => { throw new CalibrationError(`no optimum at ${s} after @n@ steps`) })\n")
