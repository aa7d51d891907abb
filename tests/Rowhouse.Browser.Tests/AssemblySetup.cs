using Rowhouse.Browser.Tests;
using Rowhouse.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Browser))]
[assembly: AssemblyFixture(typeof(TestServer))]

// One window at a time: two cores serve the pages, the database and the browser.
[assembly: Parallelization(Mode = ParallelMode.None)]
