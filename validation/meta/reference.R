# Reference values from metafor: writes reference.json beside this file. Run by run.sh; needs r-cran-metafor, r-cran-metadat, r-cran-jsonlite.
# metafor's default tolerances stop short of its own roots, so every fit is asked for the root itself.
suppressMessages({library(metafor); library(metadat); library(jsonlite)})
call_text <- 'rma(yi, vi, method = <method>, test = <test>, control = list(threshold = 1e-14, tol = 1e-14, maxiter = 1e5))'
methods <- c("REML", "ML", "DL", "PM", "EE")
tests <- c("z", "knha", "adhoc")

usable <- function(d) { keep <- !is.na(d$yi) & !is.na(d$vi) & d$vi > 0; d[keep, ] }
sets <- list(
  bcg = list(d = usable(escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)), measure = "RR", doi = "10.1001/jama.1994.03510330076038"),
  hine1989 = list(d = usable(escalc(measure = "RD", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.hine1989)), measure = "RD", doi = "10.1001/archinte.1989.00390120091026"),
  normand1999 = list(d = usable(escalc(measure = "MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.normand1999)), measure = "MD", doi = "10.1002/(SICI)1097-0258(19990215)18:3<321::AID-SIM28>3.0.CO;2-P"),
  bangertdrowns2004 = list(d = dat.bangertdrowns2004, measure = "SMD", doi = "10.3102/00346543074001029"),
  raudenbush1985 = list(d = dat.raudenbush1985, measure = "SMD", doi = "10.3102/10769986010002075"),
  molloy2014 = list(d = usable(escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.molloy2014)), measure = "ZCOR", doi = "10.1007/s12160-013-9524-4"),
  mcdaniel1994 = list(d = usable(escalc(measure = "ZCOR", ri = ri, ni = ni, data = dat.mcdaniel1994)), measure = "ZCOR", doi = "10.1037/0021-9010.79.4.599"),
  hackshaw1998 = list(d = dat.hackshaw1998, measure = "OR", doi = "10.1016/S0895-4356(97)00244-9"),
  li2007 = list(d = usable(escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.li2007)), measure = "OR", doi = "10.1002/14651858.CD002799.pub2"),
  nielweise2007 = list(d = usable(escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.nielweise2007)), measure = "OR", doi = "10.1093/jac/dkm204"),
  yusuf1985 = list(d = usable(escalc(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = subset(dat.yusuf1985, table == 6))), measure = "OR", doi = "10.1016/S0033-0620(85)80003-7"),
  gibson2002 = list(d = usable(escalc(measure = "SMD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = dat.gibson2002)), measure = "SMD", doi = "10.1002/14651858.CD001005"),
  curtis1998 = list(d = usable(escalc(measure = "ROM", m1i = m2i, sd1i = sd2i, n1i = n2i, m2i = m1i, sd2i = sd1i, n2i = n1i, data = dat.curtis1998)), measure = "ROM", doi = "10.1007/s004420050381"),
  linde2005 = list(d = usable(escalc(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.linde2005)), measure = "RR", doi = "10.1002/14651858.CD000448.pub2"),
  dagostino1998 = list(d = usable(escalc(measure = "SMD", m1i = mt, sd1i = sdt, n1i = tnt, m2i = mc, sd2i = sdc, n2i = tnc, data = subset(dat.dagostino1998, outcome == "rnic2"))), measure = "SMD", doi = "10.1002/14651858.CD001894"),
  collins1985a = list(d = usable(escalc(measure = "OR", ai = b.xti, n1i = nti, ci = b.xci, n2i = nci, data = dat.collins1985a)), measure = "OR", doi = "10.1136/bmj.290.6461.17"),
  laopaiboon2015 = list(d = usable(escalc(measure = "RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = dat.laopaiboon2015)), measure = "RR", doi = "10.1002/14651858.CD001954.pub4"),
  begg1989 = list(d = dat.begg1989, measure = "rate", doi = "10.1093/jnci/81.2.107"),
  three = list(d = data.frame(yi = c(-0.60, -0.10, -1.30), vi = c(0.09, 0.05, 0.16)), measure = "SMD", doi = "made up: three studies that disagree"),
  two = list(d = data.frame(yi = c(0.10, 0.90), vi = c(0.04, 0.09)), measure = "SMD", doi = "made up: two studies"),
  homogeneous = list(d = data.frame(yi = c(0.30, 0.31, 0.29, 0.32, 0.28), vi = c(0.04, 0.09, 0.02, 0.05, 0.11)), measure = "SMD", doi = "made up: less spread than chance gives")
)

# Where rounding keeps the last digits turning, Fisher scoring never meets 1e-14: the next power of ten is asked for, and kept beside the values.
thresholds <- c(1e-14, 1e-13, 1e-12, 1e-11, 1e-10)
exact_fit <- function(...) {
  for (eps in thresholds) {
    fit <- suppressWarnings(try(rma(..., control = list(threshold = eps, tol = 1e-14, maxiter = if (eps == 1e-14) 1e5 else 1e4)), silent = TRUE))
    if (!inherits(fit, "try-error")) { fit$threshold <- eps; return(fit) }
  }
  fit
}
pooled <- function(yi, vi, method, test) {
  fit <- exact_fit(yi, vi, method = method, test = test)
  if (inherits(fit, "try-error")) return(list(error = as.character(fit)))
  pi1 <- predict(fit, pi.type = "t"); pi2 <- predict(fit, pi.type = "riley")
  list(estimate = fit$beta[1], se = fit$se, ci = c(fit$ci.lb, fit$ci.ub), statistic = fit$zval, p = fit$pval, tau2 = fit$tau2, i2 = fit$I2, h2 = fit$H2,
       q = fit$QE, q_p = fit$QEp, pi_k1 = c(pi1$pi.lb, pi1$pi.ub), pi_k2 = c(pi2$pi.lb, pi2$pi.ub), weights = if (test == "z") as.numeric(weights(fit)) else NULL, threshold = fit$threshold)
}

one_set <- function(s) {
  yi <- as.numeric(s$d$yi); vi <- as.numeric(s$d$vi); k <- length(yi)
  fits <- list()
  for (m in methods) for (t in tests) fits[[paste(m, t)]] <- pooled(yi, vi, m, t)
  out <- list(measure = s$measure, source = s$doi, yi = yi, vi = vi, fits = fits)
  fit <- exact_fit(yi, vi, method = "REML", test = "z")
  qp <- suppressWarnings(confint(fit, control = list(tol = 1e-14, maxiter = 1e5, tau2.max = 1e5)))
  out$tau2_ci <- c(qp$random["tau^2", "ci.lb"], qp$random["tau^2", "ci.ub"])
  if (k >= 3) {
    l1 <- leave1out(fit)
    cook <- cooks.distance(fit)
    out$leave_one_out <- list(estimate = l1$estimate, tau2 = l1$tau2, cook = as.numeric(cook))
    egger <- summary(lm(yi ~ sqrt(vi), weights = 1 / vi))$coefficients
    peese <- summary(lm(yi ~ vi, weights = 1 / vi))$coefficients
    rt <- regtest(yi, vi, model = "lm", predictor = "sei")
    out$bias <- list(egger = list(statistic = rt$zval, p = rt$pval, df = rt$dfs), pet = egger[1, ], peese = peese[1, ])
    trim <- list()
    for (est in c("L0", "R0")) {
      tf <- try(trimfill(fit, estimator = est, control = list(threshold = 1e-12, maxiter = 1e5)), silent = TRUE)
      if (!inherits(tf, "try-error")) trim[[est]] <- list(missing = tf$k0, side = tf$side, estimate = tf$beta[1], tau2 = tf$tau2, se = tf$se)
    }
    out$trim_and_fill <- trim
  }
  out
}

regression <- function(name, d, formula) {
  out <- list(data = name, moderators = as.list(as.data.frame(model.matrix(formula, d))), yi = as.numeric(d$yi), vi = as.numeric(d$vi), fits = list())
  for (m in methods) for (t in tests) {
    f <- exact_fit(d$yi, d$vi, mods = model.matrix(formula, d)[, -1, drop = FALSE], method = m, test = t)
    out$fits[[paste(m, t)]] <- list(beta = as.numeric(f$beta), se = f$se, ci_low = f$ci.lb, ci_high = f$ci.ub, p = f$pval, tau2 = f$tau2, qe = f$QE, qe_p = f$QEp, qm = f$QM, qm_p = f$QMp, i2 = f$I2, h2 = f$H2, r2 = if (is.null(f$R2)) NA else f$R2)
  }
  out
}
bcg <- sets$bcg$d; bcg$alloc <- relevel(factor(bcg$alloc), ref = "alternate")
bd <- na.omit(as.data.frame(dat.bangertdrowns2004)[, c("yi", "vi", "ni", "meta", "length")])
regressions <- list(
  regression("bcg", bcg, ~ ablat),
  regression("bcg", bcg, ~ ablat + alloc),
  regression("bangertdrowns2004", bd, ~ ni + meta + length),
  regression("raudenbush1985", dat.raudenbush1985, ~ weeks)
)

# effect sizes: tables of our own, odd sizes, empty cells
arms <- data.frame(m1 = c(8.7, 11.2, 3.1, 24.5, 7.5), sd1 = c(6.9, 3.4, 0.7, 10.9, 5.4), n1 = c(55, 12, 8, 5, 130), m2 = c(7.8, 14.9, 1.5, 10.5, 9.9), sd2 = c(6.5, 4.4, 0.8, 10.7, 7.7), n2 = c(48, 9, 10, 6, 127))
cells <- data.frame(ai = c(4, 0, 12, 0, 30, 7), bi = c(119, 25, 0, 14, 70, 13), ci = c(11, 3, 9, 0, 22, 7), di = c(128, 22, 4, 15, 78, 13))
pairs <- data.frame(m_after = c(8.0, 15.5, 21.0), m_before = c(11.0, 14.0, 30.5), sd_after = c(4.0, 6.1, 9.2), sd_before = c(5.0, 5.5, 8.0), n = c(20, 11, 64), r = c(0.5, 0.8, 0.1))
cors <- data.frame(ri = c(0.31, -0.62, 0.05), ni = c(44, 19, 403))
e <- function(x) list(yi = as.numeric(x$yi), vi = as.numeric(x$vi))
zero_rules <- list()
for (me in c("OR", "RR", "RD")) for (to in c("only0", "all", "if0all")) zero_rules[[paste(me, to)]] <- e(escalc(measure = me, ai = ai, bi = bi, ci = ci, di = di, data = cells, to = to))
effects <- list(
  arms = arms, cells = cells, pairs = pairs, cors = cors, zero = zero_rules,
  SMD = e(escalc(measure = "SMD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = arms)),
  MD = e(escalc(measure = "MD", m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2, data = arms)),
  ZCOR = e(escalc(measure = "ZCOR", ri = ri, ni = ni, data = cors)),
  SMCR = e(escalc(measure = "SMCR", m1i = m_after, m2i = m_before, sd1i = sd_before, ni = n, ri = r, data = pairs)),
  SMCC = e(escalc(measure = "SMCC", m1i = m_after, m2i = m_before, sd1i = sd_after, sd2i = sd_before, ni = n, ri = r, data = pairs)),
  MC = e(escalc(measure = "MC", m1i = m_after, m2i = m_before, sd1i = sd_after, sd2i = sd_before, ni = n, ri = r, data = pairs))
)

# Networks: arm-level numbers into contrasts against each study's first arm, then rma.mv with a shared tau2 and correlation 1/2.
# The estimates of ML and REML are those of an optimiser that stops where the likelihood is flat to double precision.
network <- function(arms, treatments) {
  arms <- arms[order(match(arms$study, unique(arms$study)), match(arms$treatment, treatments)), ]
  rows <- list(); V <- list(); designs <- c()
  for (s in unique(arms$study)) {
    a <- arms[arms$study == s, ]; m <- nrow(a) - 1
    V[[length(V) + 1]] <- diag(a$vi[-1], m) + a$vi[1]
    rows[[length(rows) + 1]] <- data.frame(study = s, slot = seq_len(m), base = a$treatment[1], treatment = a$treatment[-1], yi = a$yi[-1] - a$yi[1], design = paste(sort(match(a$treatment, treatments)), collapse = "-"))
  }
  d <- do.call(rbind, rows)
  X <- sapply(treatments[-1], function(t) (d$treatment == t) - (d$base == t))
  fit1 <- function(X, method) {
    for (tol in c(1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10)) {
      args <- list(yi = d$yi, V = bldiag(V), mods = X, intercept = FALSE, random = ~ factor(slot) | study, rho = 0.5, data = d, method = if (method == "EE") "REML" else method, control = list(optimizer = "nlminb", rel.tol = tol, iter.max = 1e4, eval.max = 1e4))
      if (method == "EE") args$tau2 <- 0
      f <- suppressWarnings(try(do.call(rma.mv, args), silent = TRUE))
      if (!inherits(f, "try-error")) return(f)
    }
    f
  }
  out <- list(treatments = treatments, arms = arms[, c("study", "treatment", "yi", "vi")], fits = list())
  for (m in c("REML", "ML", "EE")) {
    f <- fit1(X, m); b <- as.numeric(f$beta); v <- f$vb
    full <- c(0, b); VV <- rbind(0, cbind(0, v)); D <- outer(full, full, "-"); S <- sqrt(pmax(0, outer(diag(VV), diag(VV), "+") - 2 * VV))
    P <- pnorm(-D / S); diag(P) <- NA
    out$fits[[m]] <- list(beta = b, se = f$se, p = f$pval, tau2 = f$tau2, q = f$QE, q_p = f$QEp, p_scores_lower_better = rowMeans(P, na.rm = TRUE), ci_low = f$ci.lb, ci_high = f$ci.ub)
    designs <- unique(d$design); Z <- X
    for (g in designs) for (k in unique(d$slot[d$design == g])) {
      z <- as.numeric(d$design == g & d$slot == k)
      if (qr(cbind(Z, z))$rank > ncol(Z)) Z <- cbind(Z, z)
    }
    extra <- ncol(Z) - ncol(X)
    g <- fit1(Z, m); w <- anova(g, btt = (ncol(X) + 1):ncol(Z))
    out$design_by_treatment[[m]] <- list(q = w$QM, df = extra, p = w$QMp, tau2 = g$tau2)
    splits <- list()
    for (i in 1:(length(treatments) - 1)) for (j in (i + 1):length(treatments)) {
      a <- treatments[i]; b2 <- treatments[j]
      holders <- unique(arms$study[arms$treatment == a]); holders <- intersect(holders, arms$study[arms$treatment == b2])
      share <- function(t) 0.5 * (t == b2) - 0.5 * (t == a)
      z <- ifelse(d$study %in% holders, share(d$treatment) - share(d$base), 0)
      if (length(holders) && qr(cbind(X, z))$rank > ncol(X)) {
        h <- fit1(cbind(X, z), m); n <- ncol(X) + 1
        splits[[paste(b2, a, sep = "|")]] <- list(difference = h$beta[n], se = h$se[n], p = h$pval[n])
      }
    }
    out$node_splits[[m]] <- splits
  }
  out
}
senn <- data.frame(study = dat.senn2013$study, treatment = dat.senn2013$treatment, yi = dat.senn2013$mi, vi = dat.senn2013$sdi^2 / dat.senn2013$ni)
hb <- dat.hasselblad1998; empty <- hb$study %in% hb$study[hb$xi == 0 | hb$xi == hb$ni]
x <- hb$xi + 0.5 * empty; n <- hb$ni + 1 * empty
smoking <- data.frame(study = paste("study", hb$study), treatment = hb$trt, yi = log(x / (n - x)), vi = 1 / x + 1 / (n - x))
networks <- list(
  senn2013 = c(list(measure = "MD", source = "10.1016/j.csda.2012.11.013"), network(senn, c("placebo", sort(setdiff(unique(senn$treatment), "placebo"))))),
  hasselblad1998 = c(list(measure = "OR", source = "10.1177/0272989X9801800110"), network(smoking, c("no_contact", sort(setdiff(unique(smoking$treatment), "no_contact")))))
)
networks$hasselblad1998$counts <- data.frame(study = paste("study", hb$study), treatment = hb$trt, events = hb$xi, n = hb$ni)

doc <- list(
  made_with = list(R = R.version.string, metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")), call = call_text),
  methods = methods, tests = tests, sets = lapply(sets, one_set), regressions = regressions, effects = effects, networks = networks
)
write(toJSON(doc, digits = NA, auto_unbox = TRUE, na = "null", pretty = FALSE), "reference.json")
