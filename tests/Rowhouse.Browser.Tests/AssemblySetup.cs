using Rowhouse.Browser.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Browser))]

// One window at a time: two cores serve the pages, the database and the browser.
[assembly: Parallelization(Mode = ParallelMode.None)]
