"""Files, archives, tables, databases, downloads."""
from . import cause


def tool(name, program, reason, run, files=None, language="C", **rest):
    cause(name, program, language, reason, run, files, **rest)


TEXT = {"@f@.gz": "@word@ @n@\n", "@f@.xz": "@word@ @n@\n", "@f@.bz2": "@word@ @n@\n", "@f@.zst": "@word@ @n@\n"}

tool("curl-refused", "curl", "Failed to connect", "curl -sSf http://127.0.0.1:9/@f@")
# Answers with a status, so that curl has a port that is its own.
ANSWER = """
import http.server
import subprocess
import sys
import threading

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(int(self.path.split("/")[1]))

    def log_message(self, *arguments):
        pass

listening = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=listening.serve_forever, daemon=True).start()
url = "http://127.0.0.1:%d/" % listening.server_port
sys.exit(subprocess.call([word.replace("URL/", url) for word in sys.argv[1:]]))
"""
for status in ("404", "503", "401"):
    tool(f"curl-http-{status}", "curl", status, f"python3 answer.py curl -sSf -o @f@.nc URL/{status}/@f@.nc",
         {"answer.py": ANSWER})
tool("curl-protocol", "curl", ["not supported", "ftpz"], "curl -sS ftpz://127.0.0.1/@f@.nc")
tool(
    "curl-write", "curl", "Failure writing output", "python3 answer.py curl -sS -o out/@f@.nc URL/404/a",
    {"answer.py": ANSWER})
for status in ("404", "503"):
    tool(f"wget-http-{status}", "wget", status, f"python3 answer.py wget -nv --tries=1 URL/{status}/@f@.nc",
         {"answer.py": ANSWER})
tool("wget-refused", "wget", "Connection refused", "wget --tries=1 http://127.0.0.1:9/@f@.nc")
tool("ssh-refused", "ssh", "Connection refused", "ssh -o BatchMode=yes -p 9 127.0.0.1 run @f@")
tool("rsync-no-source", "rsync", ["@f@", "No such file"], "rsync -a data/@f@.nc out/")
tool("rsync-option", "rsync", ["unknown option", "--archiv3"], "rsync --archiv3 @f@.nc out/")

tool("tar-no-file", "tar", ["@f@.tar.gz", "No such file"], "tar xf @f@.tar.gz")
tool("tar-not-archive", "tar", "does not look like a tar archive", "tar xf @f@.tar", {"@f@.tar": "@word@ @n@\n" * 90})
tool(
    "tar-no-member", "tar", ["@f@.nc", "Not found in archive"], "tar xf a.tar @f@.nc",
    {"b": "x\n"}, setup="tar cf a.tar b")
tool("gzip-format", "gzip", "not in gzip format", "gzip -d @f@.gz", TEXT)
tool("gzip-no-file", "gzip", ["@f@", "No such file"], "gzip @f@.csv")
tool("gzip-short", "gzip", "unexpected end of file", "gzip -dc @f@.gz >out",
     setup="seq 5@m@ | gzip -c | head -c 6@n@ >@f@.gz")
tool("gzip-exists", "gzip", ["@f@", "already exists"], "gzip @f@.csv", {"@f@.csv": "x\n", "@f@.csv.gz": "@n@\n"})
tool("xz-format", "xz", "File format not recognized", "xz -d @f@.xz", TEXT)
tool("bzip2-format", "bzip2", ["not a bzip2 file"], "bzip2 -d @f@.bz2", TEXT)
tool("zstd-format", "zstd", "unsupported format", "zstd -d @f@.zst", TEXT)
tool("unzip-no-file", "unzip", ["cannot find", "@f@"], "unzip -q @f@.zip")
tool("unzip-format", "unzip", ["End-of-central-directory"], "unzip -q @f@.zip", {"@f@.zip": "@word@ @n@\n" * 50})

tool("cp-no-file", "coreutils", ["@f@.nc", "No such file"], "cp @f@.nc out.nc")
tool("cp-no-space", "coreutils", "No space left on device", "cp @f@.nc /dev/full", {"@f@.nc": "@word@ @n@\n"})
tool("mkdir-exists", "coreutils", ["@f@", "File exists"], "mkdir @f@", setup="mkdir @f@")
tool(
    "mv-no-directory", "coreutils", ["Not a directory"], "mv a/@f@.nc b/c/",
    {"b": "x\n"}, setup="mkdir a; touch a/@f@.nc")
tool("sort-no-file", "coreutils", ["@f@.csv", "No such file"], "sort -k@n@ @f@.csv")
tool("cut-list", "coreutils", ["must specify a list"], "cut @f@.csv", {"@f@.csv": "x\n"})
tool("head-number", "coreutils", ["invalid number of lines"], "head -n @word@ @f@.csv", {"@f@.csv": "x\n"})
tool("date-invalid", "coreutils", ["invalid date"], "date -d '@word@ @n@'")
tool("join-unsorted", "coreutils", ["is not sorted"], "join a_@f@.txt b_@f@.txt",
     {"a_@f@.txt": "b @n@\na 2\nc 1\n", "b_@f@.txt": "a 1\nb @m@\nc 2\n"})
tool("sed-syntax", "sed", "unterminated `s' command", "sed -i 's/@word@/@n@' @f@.txt", {"@f@.txt": "x\n"})
tool("grep-pattern", "grep", "Unmatched (", "grep -E '(@word@' @f@.txt", {"@f@.txt": "x\n"})
tool("find-no-folder", "find", ["@f@", "No such file"], "find data/@f@ -name '*.nc'")
tool("awk-zero", "gawk", "division by zero", "gawk 'BEGIN { x = 0; print @n@/x }'", language="AWK")
tool("awk-syntax", "awk", "syntax error", "awk '{ print $1 + }' @f@.txt", {"@f@.txt": "@n@\n"}, language="AWK")
tool("awk-no-file", "awk", ["@f@.txt"], "awk '{ s += $@n@ } END { print s }' @f@.txt", language="AWK")
tool("jq-parse", "jq", "parse error", "jq .year @f@.json", {"@f@.json": '{"loc": @word@, "year": @year@}\n'})
tool(
    "jq-index:yield_t", "jq", ["Cannot index", "yield_t"], "jq .sites.yield_t @f@.json",
    {"@f@.json": '{"sites": [@n@, @m@]}\n'})
tool("jq-no-file", "jq", ["Could not open", "@f@.json"], "jq . @f@.json")
tool("jq-iterate", "jq", "Cannot iterate over", "jq '.sites[]' @f@.json", {"@f@.json": '{"sites": null, "n": @n@}\n'})
tool("jq-compile", "jq", "syntax error", "jq '.sites[' @f@.json", {"@f@.json": '{"n": @n@}\n'})

DATABASE = {"a.sql": "create table run (id integer primary key, site text not null, check (id < 1000));\n"
                     "insert into run values (@n@, '@loc@');\n"}
CREATE = "sqlite3 @f@.db <a.sql"


def sqlite(name, reason, statement, **rest):
    rest.setdefault("files", DATABASE)
    rest.setdefault("setup", CREATE)
    files = rest.pop("files")
    tool(name, "sqlite3", reason, f'sqlite3 @f@.db "{statement}"', files, "SQL", **rest)


sqlite("sqlite-table:yields", "no such table: yields", "select * from yields where id = @n@")
sqlite("sqlite-table:stations", "no such table: stations", "select * from stations where id = @n@")
sqlite("sqlite-not-database", "not a database", "select * from t", files={"@f@.db": "@word@ @n@\n" * 200}, setup="")
sqlite("sqlite-column:yield_t", "no such column: yield_t", "select yield_t from run where id = @n@")
sqlite("sqlite-unique", "UNIQUE constraint failed", "insert into run values (@n@, '@word@')")
sqlite("sqlite-not-null", "NOT NULL constraint failed", "insert into run values (1@n@, null)")
sqlite("sqlite-check", "CHECK constraint failed", "insert into run values (1@m@, '@word@')")
sqlite("sqlite-syntax", "syntax error", "select * form run where id = @n@")
sqlite("sqlite-values", "values were supplied", "insert into run values (@n@, '@word@', @m@)")

tool("psql-refused", "psql", "Connection refused", "psql -h 127.0.0.1 -p 9 -d @loc@ -c 'select 1'")
tool("git-clone", "git", ["@f@", "does not exist"], "git clone /none/@f@ x")
tool("git-not-repository", "git", "not a git repository", "git -C @f@ log", setup="mkdir @f@")
tool("git-pathspec", "git", ["@f@", "did not match any file"], "git add data/@f@.csv", setup="git init -q .")
tool("git-branch", "git", ["Remote branch", "v@n@.@m@"], "git clone -b v@n@.@m@ a b",
     setup="git init -q a; git -C a -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m a")
tool("git-revision", "git", ["unknown revision"], "git -C a show @f@",
     setup="git init -q a; git -C a -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m a")

tool("imagemagick-no-file", "imagemagick", ["unable to open image", "@f@.png"], "convert @f@.png -resize @n@% b.png")
tool(
    "imagemagick-format", "imagemagick", ["improper image header"], "convert @f@.png b.png",
    {"@f@.png": "@word@ @n@\n" * 9})
tool("imagemagick-option", "imagemagick", ["unrecognized option", "-resiz"], "convert xc:white -resiz @n@% @f@.png")
tool("ldd-no-file", "ldd", ["@f@", "No such file"], "ldd ./@f@", language="bash")
tool("bc-none", "bc", ["@f@"], "bc @f@.bc")
