-- The load of wrk: events of many senders on kept connections, all different, all valid.
--
--   wrk ... -s senders.lua URL -- SECRET KIND SENDERS BATCH SALT
--
-- KIND `process` says of instance bench-N (made beforehand) that its process is another one: one row into the log and
-- one changed row. KIND `life` makes an instance with its job, says that it runs and how it ended, in turn: what
-- a wrapper sends. SENDERS is the number of connections. With BATCH over 1 a request has that many events. SALT
-- tells the senders of one run from those of another.
--
-- wrk does not tell a script which connection asks, so the senders of a thread take turns. All have their `seq`
-- rise; since each connection has one request on its way, they mostly also arrive in that order.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end

function init(args)
    secret, kind, batch, salt = args[1], args[2], tonumber(args[4]), tonumber(args[5])
    local senders = tonumber(args[3])
    local count = tonumber(args[6])
    mine = math.floor(senders / count)
    first = (number - 1) * mine
    turn = -1
    head = "POST /v1/events HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\nAuthorization: Bearer " ..
        secret .. "\r\nContent-Type: application/json\r\nContent-Length: "
    sender_format = string.format("%08d-0000-4000-8000-%%012d", salt)
    instances = senders < 1024 and 1024 or senders
end

local time = '"time":"2026-01-31T09:30:00.000Z",'

local function process(sender, seq, instance)
    return '{"kind":"process","sender":"' .. sender .. '","seq":' .. seq .. ',' .. time ..
        '"instance_key":"bench-' .. instance .. '","pid":' .. (seq % 4000000 + 1) .. ',"pid_started":123456}'
end

local function life(sender, seq, who)
    local step = seq % 3
    local run = salt % 65536
    local key = string.format("01a20ec5-%04x-7000-%04x-%08x%04x", run, who % 65536, (seq - step) / 3, run)
    local about = ',"sender":"' .. sender .. '","seq":' .. seq .. ',' .. time .. '"instance_key":"' .. key .. '",'
    if step == 0 then
        return '{"kind":"submitted"' .. about .. '"executor":"exec","job":{"name":"fit",' ..
            '"runfile":"/usr/bin/python3","args":["model.py","--year","1995"],' ..
            '"params":{"year":1995,"loc":"loc' .. who .. '"},"cwd":"/data/study"}}'
    elseif step == 1 then
        return '{"kind":"running"' .. about ..
            '"host":"n7","boot_id":"5c1f7f6e-7d43-4e6c-9a52-2f1c1a9b0d11","pid":4711,"pid_started":123456}'
    end
    return '{"kind":"complete"' .. about ..
        '"exit_code":0,"usage":{"wallclock":1.25,"cpu":1.125,"maxrss":52428800},"stderr_empty":true}'
end

function request()
    turn = turn + 1
    local who = first + turn % mine
    local sender = string.format(sender_format, who)
    local seq = (turn - turn % mine) / mine
    local body
    if batch == 1 then
        body = kind == "life" and life(sender, seq, who) or process(sender, seq, who % instances + 1)
    else
        local events = {}
        for index = 1, batch do
            local one = seq * batch + index - 1
            events[index] = process(sender, one, (who * 97 + one) % instances + 1)
        end
        body = '{"events":[' .. table.concat(events, ",") .. ']}'
    end
    return head .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "refused": %d, ' ..
        '"broken": %d}\n', summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
