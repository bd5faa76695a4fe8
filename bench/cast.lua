-- Sends the lines of the file named by BODIES, in order, to the path named by TARGET: each once, or, with ROUND=1,
-- from the first again. Bodies that run out are told, because what is measured after that is nothing.
local requests = {}
local at = 0
local round = os.getenv("ROUND") == "1"
local threads = {}
ran_out = 0

function setup(thread)
  table.insert(threads, thread)
end

function init()
  local headers = {
    ["Content-Type"] = "application/json",
    ["X-Manyidu"] = "1",
    ["Accept"] = "application/json",
    ["Sec-Fetch-Site"] = "same-origin",
  }
  for line in io.lines(os.getenv("BODIES")) do
    requests[#requests + 1] = wrk.format("POST", os.getenv("TARGET"), headers, line)
  end
end

function request()
  at = at + 1
  if at > #requests then
    if round then
      at = 1
    else
      ran_out = ran_out + 1
      at = #requests
    end
  end
  return requests[at]
end

function done(summary)
  local failed, short = summary.errors, 0
  for _, thread in ipairs(threads) do
    short = short + thread:get("ran_out")
  end
  io.write(string.format('{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "ran_out": %d}\n',
    summary.requests, summary.duration / 1e6, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout, short))
end
