# Solves one workload with deSolve's lsoda. Arguments: folder with the workload, relative tolerance, infusion rates.
# Writes the CPU seconds of solving and the states (state fastest, then output, then patient) as doubles.
library(deSolve)
given <- commandArgs(TRUE)
setwd(given[1])
relative <- as.numeric(given[2])
library_name <- paste0("rates", given[3])
dyn.load(paste0(library_name, .Platform$dynlib.ext))
absolute <- scan("absolute.csv", quiet = TRUE)
start <- scan("start.csv", quiet = TRUE)
names(start) <- paste0("y", seq_along(start))
states <- length(start) - as.integer(given[3])
outputs <- scan("outputs.csv", quiet = TRUE)
columns <- as.matrix(read.csv("columns.csv", header = FALSE))
events <- read.csv("events.csv", header = FALSE, col.names = c("patient", "time", "target", "amount"))

cpu <- function() sum(proc.time()[1:2])
begin <- cpu()
found <- lapply(seq_len(nrow(columns)), function(patient) {
  mine <- events[events$patient == patient, ]
  table <- data.frame(var = names(start)[mine$target], time = mine$time, value = mine$amount, method = "add")
  path <- lsoda(start, sort(unique(c(0, outputs, mine$time))), "slopes", columns[patient, ],
    dllname = library_name, initfunc = "begin", rtol = relative, atol = absolute, maxsteps = 1e6,
    events = list(data = table)
  )
  t(unclass(path)[path[, 1] %in% outputs, 1 + seq_len(states)])
})
seconds <- cpu() - begin
writeBin(c(seconds, unlist(found)), "found.bin")
