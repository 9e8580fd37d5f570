using System.Reflection;

// The place of the web pages (design.md 2). It has none yet: what a run does is shown by `r1 status`, `r1 watch` and the reports.
[assembly: AssemblyDescription("Web pages over the state store. Holds no state of its own; has no page yet.")]
