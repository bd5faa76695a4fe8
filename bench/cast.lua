-- Sends every line of the file named by BODIES once, in order, to the path named by TARGET.
local requests = {}
local at = 0

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
    wrk.thread:stop()
    at = #requests
  end
  return requests[at]
end

function done(summary)
  local failed = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout))
end
